/**
 * Lets a program outlive its readers (`npm start | head -1`): what it says goes nowhere then, and its work goes on. Without
 * this, Node ends it on the spot.
 */
export const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error
    })
  }
}
