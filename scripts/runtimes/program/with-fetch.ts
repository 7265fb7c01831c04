import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { argv } from "node:process"
import { smoke } from "./smoke.js"

console.log(JSON.stringify(await smoke(JSON.parse(argv[2] ?? ""), FetchHttpClient.layer)))
