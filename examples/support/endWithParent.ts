/**
 * Ends a program that npm runs when npm is told to end. npm passes SIGTERM on to the shell that it runs a script in, and
 * most shells end by it and say nothing to the program: it is left behind, and notices by having another parent. On
 * Windows, where nothing is passed on, a parent is for life, and this does nothing.
 */
const parent = process.ppid

const watch = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(watch)
  process.kill(process.pid, "SIGTERM")
}, 100)

watch.unref()
