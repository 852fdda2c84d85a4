/** A node of libpg-query's tree as JSON: its fields, of which some hold further nodes. Types are in `node-shapes.ts`. */
export type TreeNode = Record<string, unknown>;

/** A node that says its type: `{ FuncCall: { … } }`. */
export function typed(value: unknown): { type: string; node: TreeNode } | null {
  if (typeof value !== "object" || value === null) return null;
  for (const type in value) return { type, node: (value as Record<string, TreeNode>)[type] ?? {} };
  return null;
}

export const nodeIn = (node: TreeNode, field: string): TreeNode | null => (node[field] as TreeNode | undefined) ?? null;

export const listIn = (node: TreeNode, field: string): unknown[] => (node[field] as unknown[] | undefined) ?? [];

export const textIn = (node: TreeNode, field: string): string | null => (node[field] as string | undefined) ?? null;

/** The words of a name: `pg_catalog.now` is two. A `*` is left out. */
export function wordsOf(list: unknown[]): string[] {
  return list.flatMap((item) => {
    const word = (item as { String?: { sval?: string } }).String;
    return word === undefined ? [] : [word.sval ?? ""];
  });
}
