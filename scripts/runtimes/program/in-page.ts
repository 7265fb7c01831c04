import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { smoke } from "./smoke.js"

const place = await fetch("/place").then((response) => response.json())
const outcome = await smoke(place, FetchHttpClient.layer)
await fetch("/outcome", { method: "POST", body: JSON.stringify(outcome) })
