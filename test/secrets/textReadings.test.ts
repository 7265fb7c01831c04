/** One scene for each way of reading a text in which a secret may be written. */
import { assert, describe, it } from "@effect/vitest"
import { makeKnownSecret } from "../../src/internal/secrets/knownSecrets.js"
import { makeRedact } from "../../src/internal/secrets/redact.js"

const plain = "correct-horse-7"
const words = "correct horse battery"
const scenes: Readonly<Record<string, readonly [secret: string, written: string]>> = {
  "a line separator": [plain, "correct\u2028-horse-7"],
  "a line break with indentation": [plain, "correct\r\n    -horse-7"],
  "a line break for a blank": [words, "correct\n   horse battery"],
  "a tab for a blank": [words, "correct\thorse battery"],
  "a no-break space for a blank": [words, "correct\u00a0horse battery"],
  "several blanks": [words, "correct   horse  battery"],
  "a plus for a blank": [words, "correct+horse+battery"],
  "invisible characters": [plain, "cor\u200drect\u00ad-hor\u{e0041}se-7"],
  "another case": ["P\u00c4SSWORD-7", "p\u00e4ssword-7"],
  "base64url, with an underscore": ["???????????", "Pz8_Pz8_Pz8_Pz8"],
  "base64url, with a hyphen": ["a>>>>>>>>>>>", "YT4-Pj4-Pj4-Pj4-"],
  "a percent-encoded character of two bytes": ["p\u00e4ssword-7", "p%C3%A4ssword-7"],
  "a percent-encoded character of four bytes": ["pass\u{1f600}word", "pass%F0%9F%98%80word"],
  "a percent-encoded byte of Latin-1": ["p\u00e4ssword-7", "p%E4ssword-7"],
  "percent-encoded twice, in JSON": [plain, "correct\\u00252Dhorse\\u00252D7"],
  "a soft line break": [plain, "correct-ho=\r\nrse-7"],
  "a slash in JSON": ["abc/def/ghi", "abc\\/def\\/ghi"],
  "a control character in JSON": ["abcd\tefghij", "abcd\\tefghij"],
  "surrogates in JSON": ["pass\u{1f600}word", "pass\\ud83d\\ude00word"],
  "surrogates in JSON, in small pieces": ["pass\u{1f600}word", "pass\\uD83D\u200d\\uDE00word"],
  "a code point in braces": [plain, "correct\\u{2d}horse-7"],
  "bytes as \\x": [plain, "correct\\x2dhorse-7"],
  "entities by number": [plain, "correct&#45;horse&#x2D;7"],
  "entities by name": ["a&b<c>d\"e'f", "a&amp;b&lt;c&gt;d&quot;e&apos;f"],
  "a blank by name": [words, "correct&nbsp;horse battery"],
  "letters by name": ["h\u00f6lle-\u00df-\u00a7-\u00e9-\u00e7", "h&ouml;lle-&szlig;-&sect;-&eacute;-&ccedil;"]
}

describe("a secret is found through", () => {
  for (const [name, [secret, written]] of Object.entries(scenes)) {
    it(name, () => {
      const redact = makeRedact(() => [makeKnownSecret(secret)])
      assert.strictEqual(redact(`it is ${written} here`, undefined, "known"), "it is <redacted> here")
    })
  }
})

it("escapes of what is no character are text like any other", () => {
  const redact = makeRedact(() => [makeKnownSecret(plain)])
  for (const text of ["&#99999999;", "\\u{ffffff}", "&none;", "&#x;", "%zz", "\\u12", "=3"]) {
    assert.strictEqual(redact(`${text} ${plain}`, undefined, "known"), `${text} <redacted>`)
  }
})
