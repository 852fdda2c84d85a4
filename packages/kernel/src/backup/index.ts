export { BackupError } from "./backup-error.ts";
export { type BackupResult, type BackupSource, type Progress, createBackup } from "./create-backup.ts";
export {
  type CheckedBackup,
  type RestoreResult,
  type RestoreTarget,
  checkBackup,
  inspectTarget,
  restoreBackup,
} from "./restore-backup.ts";
export { readSecretKeyFile, secretKeyId } from "./secret-key-file.ts";
