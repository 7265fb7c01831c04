/** The users of a batch. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type { ExportError } from "../export/exportFiles.js"
import { cannot } from "../export/exportFiles.js"
import { UsageError } from "../support/commandLine.js"

/**
 * Reads a file of user IDs, one per line. Ignores blank lines, comments after a `#`, blanks around an ID, and
 * duplicates.
 */
export const readUsers = (
  file: string
): Effect.Effect<ReadonlyArray<string>, ExportError | UsageError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const text = yield* fileSystem.readFileString(file)
    const userIds = new Set<string>()
    for (const [index, line] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
      const userId = line.replace(/(?:^|\s)#.*$/, "").trim()
      if (userId === "") continue
      if (!isUserId(userId)) {
        return yield* new UsageError({
          message: `${file}, line ${index + 1}: ${JSON.stringify(userId)} is not a user ID`
        })
      }
      userIds.add(userId)
    }
    if (userIds.size === 0) return yield* new UsageError({ message: `${file} has no user IDs` })
    return [...userIds]
  }).pipe(Effect.catchTags({ BadArgument: cannot(`read ${file}`), SystemError: cannot(`read ${file}`) }))

const isUserId = (text: string): boolean =>
  text.length <= 255 && !/[\s\p{Cc}\p{Cs}]/u.test(text) && !/^\.\.?$/.test(text)
