export { deriveKey, loadMasterKey } from "./master-key.ts";
