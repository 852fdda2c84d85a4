import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { classNames } from "@mindmesh/ui";
import Database from "lucide-react/icons/database";
import FileSpreadsheet from "lucide-react/icons/file-spreadsheet";

/** As the contract names them; here without its schemas, which every page would carry. */
export const engineWords: Record<EngineKind, string> = {
  postgres: "PostgreSQL",
  mysql: "MySQL or MariaDB",
  mssql: "SQL Server",
  sqlite: "SQLite",
  duckdb: "DuckDB",
};

/** What a connection is, in a word: files that were dropped say what they are. */
export function kindWords({ engine, files }: { engine: EngineKind; files: readonly { format: string }[] }) {
  if (engine !== "duckdb") return engineWords[engine];
  const formats = [...new Set(files.map(({ format }) => format))];
  const words: Record<string, string> = { csv: "CSV", parquet: "Parquet", xlsx: "XLSX", duckdb: "DuckDB" };
  const kinds = formats.map((format) => words[format] ?? format).join(" and ");
  return files.length > 1 ? `${files.length} files, ${kinds}` : kinds || "DuckDB";
}

/** The sign of an engine in a square of one size. */
export function EngineMark({ engine, className }: { engine: EngineKind; className?: string }) {
  const Icon = engine === "duckdb" || engine === "sqlite" ? FileSpreadsheet : Database;
  return (
    <span
      className={classNames(
        "flex size-9 shrink-0 items-center justify-center rounded-md bg-sunken text-muted [&_svg]:size-4.5",
        className,
      )}
    >
      <Icon aria-hidden="true" />
    </span>
  );
}
