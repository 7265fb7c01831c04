/**
 * Ends a program when the npm process that runs it is terminated. npm forwards SIGTERM to the shell of the script, and
 * most shells exit without forwarding it, so the orphaned program detects that its parent has changed. On Windows, a
 * parent never changes and this does nothing.
 */
const parent = process.ppid

const watch = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(watch)
  process.kill(process.pid, "SIGTERM")
}, 100)

watch.unref()
