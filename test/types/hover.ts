/** What an editor shows: types by their names, not expanded, and the words of the documentation. */
import assert from "node:assert/strict"
import ts from "typescript"

const program = `
import { OauthClientsService } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"

export const program = Effect.gen(function*() {
  const oauthClients = yield* OauthClientsService
  const added = oauthClients.addOauthClient("u-7", { name: "CI" })
  const found = oauthClients.findOauthClientById("u-7", "17")
  const listed = oauthClients.findOauthClients("u-7", { page: 2 })
  const updated = oauthClients.updateOauthClient("u-7", "17", { revoked: true })
  const deleted = oauthClients.deleteOauthClient("u-7", "17")
  const clients = oauthClients.streamOauthClients("u-7")
  const pages = oauthClients.streamOauthClientPages("u-7")
  const events = oauthClients.streamOauthClientEvents("u-7")
  return { added, found, listed, updated, deleted, clients, pages, events }
})
`

const file = "hover.ts"

const host: ts.LanguageServiceHost = {
  getCompilationSettings: () => {
    const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile)
    return ts.parseJsonConfigFileContent(config, ts.sys, ".").options
  },
  getScriptFileNames: () => [file],
  getScriptVersion: () => "1",
  getScriptSnapshot: (name) => {
    const text = name === file ? program : ts.sys.readFile(name)
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
  },
  getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: ts.sys.readFile,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories
}

/** What an editor shows over the last place where this stands. */
const hover = (service: ts.LanguageService, name: string) => {
  const info = service.getQuickInfoAtPosition(file, program.indexOf(name))
  return {
    type: ts.displayPartsToString(info?.displayParts).replaceAll(/\s+/g, " "),
    text: ts.displayPartsToString(info?.documentation)
  }
}

const service = ts.createLanguageService(host)
assert.deepEqual(service.getSemanticDiagnostics(file).map(({ messageText }) => messageText), [])
const results = {
  "added =": "const added: Effect.Effect<OauthClient, OauthClientsError, never>",
  "updated =": "const updated: Effect.Effect<OauthClient, OauthClientsError, never>"
}
for (const [name, type] of Object.entries(results)) assert.equal(hover(service, name).type, type)
// What reads cannot fail with an ignored change: their errors are listed.
const reads = {
  "found =": "const found: Effect.Effect<OauthClient, ",
  "listed =": "const listed: Effect.Effect<OauthClientPage, ",
  "deleted =": "const deleted: Effect.Effect<void, ",
  "clients =": "const clients: Stream<OauthClient, ",
  "pages =": "const pages: Stream<OauthClientPage, ",
  "events =": "const events: Stream<PageEvent, "
}
for (const [name, start] of Object.entries(reads)) {
  const { type } = hover(service, name)
  assert.ok(type.startsWith(start) && type.includes("ProcessMakerNotFound"), type)
  assert.ok(!type.includes("ProcessMakerChangeIgnored") && type.length < 350, type)
}
for (const operation of ["addOauthClient", "findOauthClients", "updateOauthClient", "streamOauthClientEvents"]) {
  const { text, type } = hover(service, operation)
  assert.ok(type.length < 400, type)
  assert.ok(text.length > 20, operation)
}
for (const field of ["name: ", "page: ", "revoked: "]) assert.ok(hover(service, field).text.length > 10, field)
