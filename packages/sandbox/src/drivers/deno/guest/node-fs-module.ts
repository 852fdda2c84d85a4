/** What `import ... from "node:fs"` gives inside QuickJS: the functions of the prelude under their names. */
export const nodeFsModule = `
const fs = globalThis.__fs;
export default fs;
export const { readFileSync, writeFileSync, appendFileSync, existsSync, readdirSync, unlinkSync, rmSync, mkdirSync, promises } = fs;
export const { readFile, writeFile, appendFile, readdir, unlink, rm, mkdir } = fs.promises;
`;
