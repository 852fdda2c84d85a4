import type { RunLanguage } from "@mindmesh/contracts/runs";
import type { QueryClient } from "@tanstack/react-query";
import { showError } from "../../../shell/show-error.ts";
import { makeFile } from "./editor-files.ts";
import { showFile } from "./editor-state.ts";
import { newPath } from "./languages.ts";
import { editorFilesQuery, type Place } from "./queries.ts";

/** Puts code into a file of the editor, a new one unless one holds exactly this already. False when it was refused. */
export async function openInEditor(queryClient: QueryClient, place: Place, language: RunLanguage, code: string) {
  try {
    const { items } = await queryClient.ensureQueryData(editorFilesQuery(place));
    const same = items.find(({ content }) => content === code);
    if (same) showFile(place, same.path);
    else
      await makeFile(
        queryClient,
        place,
        newPath(
          language,
          items.map(({ path }) => path),
        ),
        code,
      );
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}
