import { costInWords, dollars, whole } from "./amounts.ts";

type Used = Parameters<typeof costInWords>[0] & {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  cachedCalls: number;
  savedUsd: number;
};

/** The heads of the columns of `UsageCells`. */
export function UsageHeads() {
  return ["Cost", "Calls", "Input tokens", "Output tokens", "From the cache", "Saved"].map((title) => (
    <th key={title} scope="col" data-numeric>
      {title}
    </th>
  ));
}

/** What was used, one cell for each figure. */
export function UsageCells({ of, knowsSaving = true }: { of: Used; knowsSaving?: boolean }) {
  return (
    <>
      <td data-numeric>{costInWords(of)}</td>
      <td data-numeric>{whole(of.calls)}</td>
      <td data-numeric>{whole(of.inputTokens)}</td>
      <td data-numeric>{whole(of.outputTokens)}</td>
      <td data-numeric>{whole(of.cachedCalls)}</td>
      <td data-numeric>{knowsSaving ? dollars(of.savedUsd) : "unknown"}</td>
    </>
  );
}
