export { type SandboxErrorDetails, SandboxError } from "./sandbox-error.ts";
export {
  type FinishReason,
  type KernelLanguage,
  type KernelRequest,
  type RunEvent,
  type RunRequest,
  type RunUsage,
  type Sandbox,
  type SandboxDescription,
  type SandboxKernel,
  type SandboxLanguage,
  type SandboxLanguageDescription,
  type SourceError,
  kernelLanguages,
  sandboxLanguages,
} from "./sandbox.ts";
export { type RunLimits, defaultLimits, limitBounds } from "./limits.ts";
export type {
  DriverDisplay,
  DriverJob,
  DriverKernel,
  DriverKernelJob,
  DriverOutcome,
  DriverReport,
  DriverSinks,
  SandboxDriver,
} from "./driver.ts";
export { type SandboxOptions, openSandbox, standardDrivers } from "./open-sandbox.ts";
export { type ContainerSettings, dockerDriver } from "./drivers/docker/docker-driver.ts";
export { bubblewrapDriver } from "./drivers/bubblewrap/bubblewrap.ts";
export { type DenoDriverOptions, denoDriver } from "./drivers/deno/index.ts";
export {
  type ArchiveFormat,
  type ArchiveLimits,
  defaultArchiveLimits,
  unpackArchive,
} from "./archives/unpack-archive.ts";
