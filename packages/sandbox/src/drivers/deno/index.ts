export { type DenoDriverOptions, denoDriver } from "./deno-driver.ts";
