/** `npm run bench` measures the client beside others, `npm run bench -- batch` a batch of many users. */
if (process.argv[2] === "batch") {
  process.argv.splice(2, 1)
  await import("./batch.js")
} else {
  await import("./bench.js")
}
