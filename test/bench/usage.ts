/** Imported by a program whose memory is measured: notes in the file that `USAGE` names what it takes, until its end. */
import { writeFileSync } from "node:fs"

const file = process.env["USAGE"] ?? ""
const memory: Array<number> = []

const look = () => memory.push(Math.round(process.memoryUsage.rss() / 1e6))

setInterval(look, 500).unref()

process.on("exit", () => {
  look()
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
  writeFileSync(
    file,
    JSON.stringify({ peak: Math.round(maxRSS / 1e3), cpu: (systemCPUTime + userCPUTime) / 1e6, memory })
  )
})
