/**
 * Opens reports of runs in Chromium, as wide as a phone and as a desktop, light and dark, with scripts off: no error in
 * the console, nothing loaded, nothing cut off, text that can be read against what is behind it.
 *
 *     tsx scripts/check-report.ts [--screenshots DIRECTORY]
 *
 * CHROMIUM names the browser. Without it, it is Debian's, installed where it is missing.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import type { Browser, Page } from "playwright-core"
import { chromium } from "playwright-core"
import { render } from "../examples/report/render.js"
import { sampleRuns } from "./report/sampleRuns.js"
import { debianPackage } from "./runtimes/installs.js"

const widths = [400, 1400]
const schemes = ["light", "dark"] as const
const flag = process.argv.indexOf("--screenshots")
const screenshots = flag === -1 ? undefined : process.argv[flag + 1] ?? "."

const launch = Effect.gen(function*() {
  const named = yield* Config.option(Config.nonEmptyString("CHROMIUM"))
  const executablePath = Option.isSome(named) ? named.value : yield* debianPackage("chromium")("")
  // Chromium does not run as root inside its sandbox.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : []
  return yield* Effect.promise(() => chromium.launch({ executablePath, args }))
})

/** In the page: texts that leave what they stand in, or the window. */
const cutOff = (): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const wide = document.documentElement.scrollWidth - window.innerWidth
  if (wide > 0) problems.push(`the page is ${wide} px wider than the window`)
  for (const element of document.querySelectorAll("main *")) {
    const box = element.getBoundingClientRect()
    if (box.width === 0 || box.height === 0) continue
    const frame = element.closest("svg")?.getBoundingClientRect() ?? new DOMRect(0, 0, window.innerWidth, Infinity)
    // Half a pixel is the browser's rounding.
    const outside = box.left < frame.left - 0.5 || box.right > frame.right + 0.5 ||
      (element.closest("svg") !== null && (box.top < frame.top - 0.5 || box.bottom > frame.bottom + 0.5))
    if (outside && (element.tagName === "text" || element.closest("svg") === null)) {
      problems.push(`<${element.tagName}> "${element.textContent?.slice(0, 40)}" is cut off`)
    }
  }
  return problems
}

/** In the page: texts of plots that lie over each other, and text that is hardly darker or lighter than the page. */
const hardToRead = (): ReadonlyArray<string> => {
  const problems: Array<string> = []
  for (const plot of document.querySelectorAll("svg.plot")) {
    const texts = [...plot.querySelectorAll("text")].map((text) => ({
      text: text.textContent,
      box: text.getBoundingClientRect()
    })).filter(({ box }) => box.width > 0)
    texts.forEach(({ box, text }, index) => {
      const over = texts.slice(index + 1).find((other) =>
        box.left < other.box.right - 1 && other.box.left < box.right - 1 &&
        box.top < other.box.bottom - 3 && other.box.top < box.bottom - 3
      )
      if (over !== undefined) problems.push(`"${text}" and "${over.text}" overlap`)
      if (box.height < 11) problems.push(`"${text}" is ${box.height} px high`)
    })
  }
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((channel) => {
      const share = Number(channel) / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const behind = luminance(getComputedStyle(document.body).backgroundColor)
  for (const element of document.querySelectorAll("main *")) {
    if (element.closest("svg") !== null) continue
    const text = luminance(getComputedStyle(element).color)
    const contrast = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05)
    // WCAG 2, level AA.
    if (contrast < 4.5) problems.push(`<${element.tagName}> has a contrast of ${contrast.toFixed(1)}`)
  }
  return problems
}

const problemsOf = async (page: Page, content: string): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  page.on("console", (message) => problems.push(`console: ${message.text()}`))
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`))
  page.on("request", (request) => problems.push(`it asks for ${request.url()}`))
  await page.setContent(content)
  // tsx names functions by a helper of its own, which the page lacks.
  await page.evaluate("globalThis.__name = (named) => named")
  problems.push(...await page.evaluate(cutOff), ...await page.evaluate(hardToRead))
  if (await page.locator("svg.plot:visible").count() === 0 && content.includes("<svg")) problems.push("no plot shows")
  return problems
}

const check = (browser: Browser, name: string, content: string, width: number, scheme: "dark" | "light") =>
  Effect.acquireUseRelease(
    // The page's own scripts are off; what is evaluated here runs all the same.
    Effect.promise(() =>
      browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: false })
    ),
    (context) =>
      Effect.promise(async () => {
        const page = await context.newPage()
        const problems = await problemsOf(page, content)
        const file = `${name}-${width}-${scheme}`
        if (screenshots !== undefined) {
          await page.screenshot({ path: path.join(screenshots, `${file}.png`), fullPage: true })
        }
        return problems.map((problem) => `${file}: ${problem}`)
      }),
    (context) => Effect.promise(() => context.close())
  )

const program = Effect.gen(function*() {
  const browser = yield* Effect.acquireRelease(launch, (opened) => Effect.promise(() => opened.close()))
  const pages = Object.entries(sampleRuns).flatMap(([name, run]) =>
    widths.flatMap((width) => schemes.map((scheme) => check(browser, name, render(run), width, scheme)))
  )
  const problems = (yield* Effect.all(pages)).flat()
  yield* Effect.forEach(problems, (problem) => Console.error(problem))
  yield* Console.log(`${pages.length} pages looked at in Chromium ${browser.version()}, ${problems.length} problems`)
  if (problems.length > 0) yield* Effect.fail("the report does not look right")
}).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

NodeRuntime.runMain(program)
