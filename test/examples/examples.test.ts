import { assert, describe, it } from "@effect/vitest"
import { FakeProcessMaker } from "effect-processmaker-oauth/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readdirSync, readFileSync } from "node:fs"
import * as Path from "node:path"
import { ServedFake, serveFake } from "../../examples/support/serveFake.js"
import { runExample } from "./programs.js"

const limits = { timeout: 60_000 }
const aboutOneUser = ["managed-runtime.ts", "app/main.ts"]

describe("each example runs", () => {
  const onFake = (file: string, ...lines: ReadonlyArray<RegExp>) =>
    it.scopedLive(`${file}, on a fake`, () =>
      Effect.gen(function*() {
        const { code, stderr, stdout } = yield* runExample(`examples/${file}`)
        assert.strictEqual(code, 0, stderr)
        for (const line of lines) assert.match(stdout, line)
      }), limits)

  onFake("quickstart.ts", /^added \d+\n(?:\d+ .+\n){4}$/)
  onFake("many-users.ts", /^user-12: 660 clients$/m, /^nobody: failed, .*\(404\)/m, /^12 users counted, 1 failed$/m)
  onFake("managed-runtime.ts", /^added \d+/m, /^ProcessMakerNotFound: /m, /^131 clients are not revoked$/m)
  onFake("rpc.ts", /^found Billing bot$/m, /^there is no client 18$/m, /^findOauthClientById .* not sent/m)
  onFake("two-tenants.ts", /^EU: 12 clients\nUS: 12 clients\n$/)
  onFake("app/main.ts", /with the secret <redacted>$/m, /^connected: payroll$/m, /^payroll is disconnected$/m)

  for (const file of aboutOneUser) {
    it.scopedLive(`${file}, on the tenant that the environment names`, () =>
      Effect.gen(function*() {
        const { environment } = yield* ServedFake
        const { code, stderr } = yield* runExample(`examples/${file}`, [], environment)
        assert.strictEqual(code, 0, stderr)
        const requests = yield* (yield* FakeProcessMaker).requests
        assert.include(requests.map(({ operation }) => operation), "addOauthClient")
      }).pipe(Effect.provide(serveFake({ users: [{ id: "somebody", clients: 5 }] }))), limits)
  }

  it.scopedLive("many-users.ts, on the tenant that the environment names", () =>
    Effect.gen(function*() {
      const { environment } = yield* ServedFake
      const { stdout } = yield* runExample("examples/many-users.ts", ["a", "b", "c"], environment)
      assert.include(stdout, "a: 5 clients\nb: 7 clients\nc: failed, ")
    }).pipe(Effect.provide(serveFake({ users: [{ id: "a", clients: 5 }, { id: "b", clients: 7 }] }))), limits)
})

it.scopedLive(
  "two-tenants.ts logs in once at each tenant that the environment names, with its own credentials",
  () =>
    Effect.gen(function*() {
      const [eu, us] = yield* Effect.forEach(
        [{ id: "u-7", clients: 5 }, { id: "u-8", clients: 9 }],
        (user) => Layer.build(serveFake({ users: [user], credentials: { clientId: `client-of-${user.id}` } }))
      )
      if (eu === undefined || us === undefined) return assert.fail()
      const environment = Object.fromEntries(
        Object.entries({ EU: eu, US: us }).flatMap(([name, context]) =>
          Object.entries(Context.get(context, ServedFake).environment).map(([key, value]) => [`${name}_${key}`, value])
        )
      )
      const { stderr, stdout } = yield* runExample("examples/two-tenants.ts", [], environment)
      assert.strictEqual(stdout, "EU: 5 clients\nUS: 9 clients\n", stderr)
      for (const context of [eu, us]) {
        assert.strictEqual(yield* Context.get(context, FakeProcessMaker).tokensIssued, 1)
      }
    }),
  limits
)

it("the examples say how to run them where nothing is installed globally", () => {
  const files = readdirSync("examples", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
  for (const file of files) {
    assert.notMatch(readFileSync(Path.join("examples", file), "utf8"), /(?<!npx )\btsx examples\//, file)
  }
})

describe("each example ends with one clear line", () => {
  const fails = (
    file: string,
    what: string,
    overrides: Readonly<Record<string, string>>,
    line: RegExp,
    requests: number
  ) =>
    it.scopedLive(`${file}, ${what}`, () =>
      Effect.gen(function*() {
        const { environment } = yield* ServedFake
        const { code, stderr, stdout } = yield* runExample(`examples/${file}`, [], { ...environment, ...overrides })
        assert.strictEqual(code, 1)
        assert.match(stderr, line)
        assert.strictEqual(stderr.trimEnd().split("\n").length, 1, stderr)
        assert.strictEqual(stdout, "")
        assert.strictEqual((yield* (yield* FakeProcessMaker).requests).length, requests)
      }).pipe(Effect.provide(serveFake({ users: 1 }))), limits)

  const unnamed = { PROCESSMAKER_USER_ID: "" }
  for (const file of aboutOneUser) {
    fails(file, "on a tenant and told of no user", unnamed, /^set PROCESSMAKER_USER_ID /, 0)
    fails(file, "told of a user that there is not", { PROCESSMAKER_USER_ID: "u-7" }, /u-7.*404/, 2)
  }
  fails("many-users.ts", "on a tenant and told of no users", unnamed, /^pass the user IDs /, 0)
})
