/** The progress of an export, in a file beside its output. */
import * as FileSystem from "@effect/platform/FileSystem"
import { PageCursor } from "effect-processmaker-oauth"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ExportError } from "./exportFiles.js"
import { cannot, fail, replaceFile } from "./exportFiles.js"

export class Checkpoint extends Schema.Class<Checkpoint>("Checkpoint")({
  version: Schema.Literal(1),
  /** The source of the clients. */
  source: Schema.String,
  userId: Schema.String,
  secrets: Schema.Boolean,
  /** The client that the export adds. Its name is stored before it is added, its ID afterwards. */
  added: Schema.NullOr(Schema.Struct({ name: Schema.String, id: Schema.NullOr(Schema.String) })),
  /** The place after the last page written; none before the first. */
  cursor: Schema.NullOr(PageCursor),
  /** The length of the partial file at that place, in bytes. */
  bytes: Schema.NonNegativeInt,
  clients: Schema.NonNegativeInt,
  /** Everything is written, but the file is not renamed yet. */
  complete: Schema.Boolean
}) {
  /** Returns a copy with some fields changed. */
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
    // A truncated checkpoint, after a full disk or a crash, counts as none.
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
