export { UndecipherableSecret } from "./envelope.ts";
export { type MasterKeySource, deriveKey, loadMasterKey, loadMasterKeys } from "./master-key.ts";
export { type Secrets, openSecrets } from "./secrets.ts";
export { reencryptOnce } from "./reencrypt-once.ts";
