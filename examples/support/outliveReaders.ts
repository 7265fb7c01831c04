/**
 * Lets a program continue after its reader exits (`npm start | head -1`), and discards its output. Otherwise Node would
 * end it immediately.
 */
export const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error
    })
  }
}
