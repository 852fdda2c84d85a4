import type { Budget, BudgetKind } from "@mindmesh/contracts/money";
import { dollars } from "./amounts.ts";

export const kindOptions: { value: BudgetKind; label: string }[] = [
  { value: "workspace", label: "The whole workspace" },
  { value: "person", label: "A person" },
  { value: "product", label: "A product" },
  { value: "api_key", label: "An API key" },
];

const each: Record<BudgetKind, string> = {
  workspace: "The whole workspace",
  person: "Each person",
  product: "Each product",
  api_key: "Each API key",
};

/** Whose budget it is: "Each person", "Olga", "chat". */
export function subjectInWords({ kind, subject, subjectName }: Pick<Budget, "kind" | "subject" | "subjectName">) {
  if (subject === null) return each[kind];
  return subjectName ?? (kind === "person" ? "Somebody who has left" : "A key that was revoked");
}

export const limitInWords = ({ limitUsd, period }: Pick<Budget, "limitUsd" | "period">) =>
  `${dollars(limitUsd)} a ${period}`;
