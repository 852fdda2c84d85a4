import type { LoginReport } from "../engine.ts";
import { type Login, ask } from "./login.ts";

/** Rights with which a login changes something, or reaches beyond tables. */
const powers: [RegExp, string][] = [
  [
    /\b(SUPER|ALL PRIVILEGES)\b.* ON \*\.\*/,
    "The login may do everything on this server. Use a login that may only read.",
  ],
  [/\bFILE\b.* ON \*\.\*/, "The login may read and write files of the server (FILE)."],
  [/\b(PROCESS|CONNECTION ADMIN|CONNECTION_ADMIN)\b.* ON \*\.\*/, "The login sees what others run, or may end it."],
  [
    /\b(INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|ALL PRIVILEGES)\b.* ON (?!\*\.\*)/,
    "The login may write to tables or change them.",
  ],
  [/\b(INSERT|UPDATE|DELETE|CREATE|DROP|ALTER)\b.* ON \*\.\*/, "The login may write to every table of this server."],
  [/WITH GRANT OPTION/, "The login may pass its rights on to others."],
  [/\bEXECUTE\b/, "The login may call stored functions and procedures, which can do whatever their owner may."],
];

/** What the login may do, and what a careful admin should know of it. */
export async function reportLogin(login: Login): Promise<LoginReport> {
  const { connection, isMariaDb, version, encrypted } = login;
  const [row = []] = await ask(connection, "SELECT CURRENT_USER(), IFNULL(DATABASE(), '')");
  const [user = "", database = ""] = row.map((cell) => cell ?? "");
  const grants = (await ask(connection, "SHOW GRANTS")).map(([grant]) =>
    (grant ?? "").replace(/ IDENTIFIED BY .*$/, ""),
  );
  const warnings = powers.flatMap(([pattern, warning]) =>
    grants.some((grant) => pattern.test(grant)) ? [warning] : [],
  );
  if (!encrypted) warnings.push("The connection is not encrypted: rows and the statements travel in the open.");
  return {
    serverVersion: `${isMariaDb ? "MariaDB" : "MySQL"} ${version.replace(/^5\.5\.5-/, "")}`,
    user,
    database,
    encrypted,
    warnings: [...new Set(warnings)],
    leastPrivilegeScript: [
      "-- Run as an admin of the server, then use the login mindmesh_reader here.",
      "CREATE USER 'mindmesh_reader'@'%' IDENTIFIED BY 'choose a long one' WITH MAX_USER_CONNECTIONS 20;",
      `GRANT SELECT, SHOW VIEW ON ${database === "" ? "*" : `\`${database.replaceAll("`", "``")}\``}.* TO 'mindmesh_reader'@'%';`,
    ].join("\n"),
  };
}
