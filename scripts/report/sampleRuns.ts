/** Runs as they may be, for what is to be looked at: short and long, good and bad, with names as long as they get. */
import type { Run } from "../../examples/report/Run.js"

const short: Run = {
  title: "Export of the OAuth clients of demo-user",
  source: "the fake server",
  startedAt: Date.UTC(2026, 10, 27, 17, 55, 12),
  elapsed: 3400,
  outcome: "completed",
  users: 1,
  pages: [900, 1150, 1250, 1330, 1500, 1600, 2700, 2900, 3200, 3300].map((at) => ({
    userId: "demo-user",
    at,
    clients: at === 3300 ? 24 : 25
  })),
  latencies: [64, 71, 88, 90, 93, 102, 214, 318, 330, 1210],
  retries: [
    { userId: "demo-user", at: 1020, page: 2, delay: 56, tag: "ProcessMakerTransportError" },
    { userId: "demo-user", at: 1100, page: 2, delay: 143, tag: "ProcessMakerTransportError" },
    { userId: "demo-user", at: 1480, page: 6, delay: 1116, tag: "ProcessMakerRateLimited" },
    { userId: "demo-user", at: 2880, page: 8, delay: 84, tag: "ProcessMakerServerError" }
  ],
  drifts: [{ userId: "demo-user", at: 1400, page: 4, totalBefore: 249, totalNow: 250, repeated: 1 }],
  rejected: [],
  failures: [],
  duplicatesDropped: 1,
  suspectedMisses: 0,
  extraRequests: 3,
  unproven: 0
}

const hour = 3_600_000
// As a generator of random numbers would be, and always the same.
const scattered = (index: number): number => (index * 7919 % 1000) / 1000
const longId = "a-user-with-a-long-id-0123456789-0123456789-0123456789-0123456789"
const tags = [
  "ProcessMakerTransportError",
  "ProcessMakerRateLimited",
  "ProcessMakerUnexpectedStatus",
  "ProcessMakerTimeout"
]

const long: Run = {
  title: "Batch nightly-of-all-tenants-2026-11-27T17-55-12-000Z-with-a-name-without-blanks",
  source: "https://acme.api.processmaker.io",
  startedAt: short.startedAt,
  elapsed: 3 * hour,
  outcome: "failed",
  users: 12_345,
  pages: Array.from({ length: 20_000 }, (_, index) => ({
    userId: `u-${index % 12_345}`,
    at: 3 * hour * index / 20_000,
    clients: Math.round(100 * scattered(index))
  })),
  latencies: Array.from(
    { length: 20_000 },
    (_, index) => 30 * Math.exp(2 * scattered(index)) * (index % 400 === 0 ? 900 : 1)
  ),
  retries: Array.from({ length: 3000 }, (_, index) => ({
    userId: longId,
    at: 3 * hour * scattered(index),
    page: index + 1,
    delay: 60_000 * scattered(index * 3),
    tag: tags[index % tags.length] ?? ""
  })),
  drifts: Array.from({ length: 70 }, (_, index) => ({
    userId: longId,
    at: 60_000 * index,
    page: index + 1,
    totalBefore: index % 5 === 0 ? null : 1_000_000 + index,
    totalNow: 1_000_001 + index,
    repeated: index % 3
  })),
  rejected: [{ userId: longId, at: 1, page: 2, row: 15, issue: "data.14.attributes.created_at: must be a date" }],
  failures: Array.from({ length: 40 }, (_, index) => ({
    userId: longId,
    at: index,
    tag: index % 3 === 0 ? "ProcessMakerForbidden" : "ProcessMakerNotFound",
    message: `findOauthClients of user "${longId}", page 1 failed: no such user (404); the server says: ${
      "m".repeat(200)
    }`
  })),
  duplicatesDropped: 1234,
  suspectedMisses: 5,
  extraRequests: 5678,
  unproven: 12
}

const empty: Run = {
  ...short,
  elapsed: 0,
  outcome: "interrupted",
  pages: [],
  latencies: [],
  retries: [],
  drifts: [],
  duplicatesDropped: 0,
  extraRequests: 0
}

const single: Run = { ...empty, elapsed: 4, outcome: "completed", pages: short.pages.slice(0, 1), latencies: [3] }

export const sampleRuns: Readonly<Record<string, Run>> = { short, long, empty, single }
