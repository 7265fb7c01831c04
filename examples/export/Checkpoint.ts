/** How far an export is, in a file beside the one that it writes. */
import * as FileSystem from "@effect/platform/FileSystem"
import { PageCursor } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ExportError } from "./exportFiles.js"
import { cannot, fail, replaceFile } from "./exportFiles.js"

export class Checkpoint extends Schema.Class<Checkpoint>("Checkpoint")({
  version: Schema.Literal(1),
  /** Where the clients come from. */
  source: Schema.String,
  userId: Schema.String,
  secrets: Schema.Boolean,
  /** The client that the export adds. Its name is noted before it is added, its id after. */
  added: Schema.NullOr(Schema.Struct({ name: Schema.String, id: Schema.NullOr(Schema.String) })),
  /** The place behind the last page that is written; none before the first. */
  cursor: Schema.NullOr(PageCursor),
  /** How much of the partial file belongs to what was read up to there. */
  bytes: Schema.NonNegativeInt,
  clients: Schema.NonNegativeInt,
  /** All is written; only the file's name is not yet the right one. */
  complete: Schema.Boolean
}) {
  /** The same with some fields changed. */
  with(changes: Partial<typeof Checkpoint.Type>): Checkpoint {
    return new Checkpoint({ ...this, ...changes })
  }
}

const Json = Schema.parseJson(Checkpoint)

export const readCheckpoint = (
  path: string
): Effect.Effect<Option.Option<Checkpoint>, ExportError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    if (!(yield* fileSystem.exists(path))) return Option.none()
    const text = yield* fileSystem.readFileString(path)
    // One that is torn, by a disk that was full or a machine that stopped, counts as none.
    const json = Option.liftThrowable((text: string): unknown => JSON.parse(text))(text)
    return yield* Effect.transposeOption(Option.map(json, Schema.decodeUnknown(Checkpoint)))
  }).pipe(
    Effect.catchTags({
      ParseError: () => fail(`${path} is no checkpoint of this program; --restart starts over`),
      BadArgument: cannot(`read ${path}`),
      SystemError: cannot(`read ${path}`)
    })
  )

export const saveCheckpoint = (
  path: string,
  checkpoint: Checkpoint
): Effect.Effect<void, ExportError, FileSystem.FileSystem> =>
  Effect.flatMap(Effect.orDie(Schema.encode(Json)(checkpoint)), (text) => replaceFile(path, `${text}\n`))
