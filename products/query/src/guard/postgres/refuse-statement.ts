import type { Access } from "../guard.ts";
import { refuse } from "../refused.ts";
import { tokensOf } from "../text/tokens.ts";

const rowChange = [
  "Only queries run here; this changes rows.",
  "An admin can run it where the connection is open for writing.",
] as const;
const setting = [
  "It changes a setting of the session, such as its role, its time limit or that it may only read.",
  "`SHOW name` tells a setting. Time and row limits are set on the connection.",
] as const;
const transaction = [
  "It begins or ends a transaction, and the walls around a query are one.",
  "Leave it out: every query has a transaction of its own.",
] as const;
const prepared = [
  "What is prepared or fetched later cannot be checked together with what it runs.",
  "Write the query itself.",
] as const;
const code = ["It runs code that the guard cannot see into.", "Write it as a query."] as const;
const listening = ["It speaks to other sessions, or waits for them.", null] as const;
const files = [
  "It reads or writes files, or the whole of a table past the limits.",
  "Write a query and export its result.",
] as const;
const lock = ["It locks tables against others.", null] as const;

const reasons: Record<string, readonly [reason: string, instead: string | null]> = {
  InsertStmt: rowChange,
  UpdateStmt: rowChange,
  DeleteStmt: rowChange,
  MergeStmt: rowChange,
  TruncateStmt: [
    "It empties whole tables at once.",
    "`DELETE … WHERE` shows the rows first, where the connection is open for writing.",
  ],
  VariableSetStmt: setting,
  DiscardStmt: setting,
  AlterSystemStmt: ["It changes the settings of the database server.", null],
  TransactionStmt: transaction,
  PrepareStmt: prepared,
  ExecuteStmt: prepared,
  DeallocateStmt: prepared,
  DeclareCursorStmt: prepared,
  FetchStmt: prepared,
  ClosePortalStmt: prepared,
  DoStmt: code,
  CallStmt: code,
  NotifyStmt: listening,
  ListenStmt: listening,
  UnlistenStmt: listening,
  CopyStmt: files,
  LoadStmt: ["It loads a program file into the database server.", null],
  LockStmt: lock,
  CheckPointStmt: ["It makes the database server write all it holds to disk.", null],
  CreateTableAsStmt: ["It makes a table.", "Write the query alone; its result can be exported."],
  SelectStmt: ["Only one INSERT, UPDATE, DELETE or MERGE is run as a change.", "Run it as a query."],
  ExplainStmt: ["Only one INSERT, UPDATE, DELETE or MERGE is run as a change.", "Run it as a query."],
  VariableShowStmt: ["Only one INSERT, UPDATE, DELETE or MERGE is run as a change.", "Run it as a query."],
};

const wordsShown = 3;

/** @throws Refused always: a whole statement of a kind that is not run here */
export function refuseStatement(sql: string, from: number, type: string, access: Access): never {
  const [reason, instead] = reasons[type] ?? [
    "It changes the database itself, not rows.",
    "Changes of tables, rights and other objects are made with the tools of the database, by those who keep it.",
  ];
  const words = tokensOf(sql, "postgres")
    .filter(({ kind, to }) => kind === "word" && to > from)
    .slice(0, wordsShown);
  const first = words[0];
  const place = first === undefined ? null : { from: first.from, to: words.at(-1)?.to ?? first.to };
  const toldInstead = access === "write" && instead === rowChange[1] ? null : instead;
  return refuse(sql, place, reason, toldInstead);
}
