import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { argv } from "node:process"
import { smoke } from "./smoke.js"

console.log(JSON.stringify(await smoke(JSON.parse(argv[2] ?? ""), NodeHttpClient.layerUndici)))
