import * as Arr from "effect/Array"
import type * as ParseResult from "effect/ParseResult"
import * as AST from "effect/SchemaAST"
import type { SchemaIssue } from "../../ErrorDetail.js"

type Path = ReadonlyArray<string | number>

/** The maximum number of issues in an error, since every row may be invalid. */
export const mostIssues = 10

/** Lists where decoding failed and what was expected. Effect's own formatters add the value, which may be a secret. */
export const schemaIssues = (issue: ParseResult.ParseIssue, path: Path = []): ReadonlyArray<SchemaIssue> => {
  switch (issue._tag) {
    case "Pointer":
      return schemaIssues(issue.issue, [...path, ...keys(issue.path)])
    case "Composite":
      // Each member of a union has its own issues, so describe the union instead.
      return AST.isUnion(issue.ast)
        ? [{ path, expected: expectation(issue.ast) }]
        : Arr.ensure(issue.issues).slice(0, mostIssues).flatMap((inner) => schemaIssues(inner, path)).slice(
          0,
          mostIssues
        )
    case "Refinement":
      return issue.kind === "From" ? schemaIssues(issue.issue, path) : [{ path, expected: expectation(issue.ast) }]
    case "Transformation":
      return issue.kind === "Transformation"
        ? [{ path, expected: expectation(issue.ast) }]
        : schemaIssues(issue.issue, path)
    case "Missing":
      return [{ path, expected: "is missing" }]
    case "Unexpected":
      return [{ path, expected: "is not known here" }]
    case "Type":
    case "Forbidden":
      return [{ path, expected: expectation(issue.ast) }]
  }
}

// Paths include unknown keys of a caller, which may be of any length.
const keys = (path: ParseResult.Path): Path =>
  Arr.ensure(path).map((key) => typeof key === "number" ? key : String(key).slice(0, 64))

const expectation = (ast: AST.AST): string => `must be ${describe(ast)}`

// Describes the encoded value, and omits that it is optional.
const describe = (ast: AST.AST): string => {
  const description = AST.getDescriptionAnnotation(ast)
  if (description._tag === "Some") return description.value
  if (AST.isTransformation(ast)) return describe(ast.from)
  if (AST.isUnion(ast)) return ast.types.filter((member) => !isAbsence(member)).map(describe).join(" or ")
  return String(ast)
}

const isAbsence = (ast: AST.AST): boolean => AST.isUndefinedKeyword(ast) || (AST.isLiteral(ast) && ast.literal === null)
