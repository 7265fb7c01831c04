/** HTML templates that escape their values. */

export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Content = Html | string | number | ReadonlyArray<Html>

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

const toHtml = (content: Content): string => {
  if (content instanceof Html) return content.text
  if (typeof content === "object") return content.map(({ text }) => text).join("")
  return String(content).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** Escapes all values except `Html`. */
export const html = (parts: TemplateStringsArray, ...contents: ReadonlyArray<Content>): Html =>
  new Html(parts.reduce((text, part, index) => text + toHtml(contents[index - 1] ?? "") + part))
