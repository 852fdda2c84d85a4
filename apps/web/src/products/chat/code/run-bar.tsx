import type { RunLanguage, SandboxDescription } from "@mindmesh/contracts/runs";
import { Button, IconButton, Popover, Switch, toast } from "@mindmesh/ui";
import Package from "lucide-react/icons/package";
import Play from "lucide-react/icons/play";
import RotateCcw from "lucide-react/icons/rotate-ccw";
import Square from "lucide-react/icons/square";
import { useCommand } from "../../../shell/commands.ts";
import { showError } from "../../../shell/show-error.ts";
import { runApi } from "./api.ts";
import { useEditorState } from "./editor-state.ts";
import { languageTitle } from "./languages.ts";
import type { Place } from "./queries.ts";

type RunBarProps = {
  place: Place;
  /** Null when the file is in none that runs. */
  language: RunLanguage | null;
  sandbox: SandboxDescription | undefined;
  run: (() => void) | null;
  stop: (() => void) | null;
  starting: boolean;
};

/** Below the editor: the language, whether variables are kept, what is installed, Run or Stop. */
export function RunBar({ place, language, sandbox, run, stop, starting }: RunBarProps) {
  const keepVariables = useEditorState((state) => state.keepVariables);
  const kernel = run && (language === "python" || language === "javascript") ? language : null;
  const restart = async () => {
    if (kernel === null) return;
    try {
      await runApi.restartKernel({ params: place, body: { language: kernel } });
      toast("Variables forgotten", { description: "The next run begins anew. Files are still there." });
    } catch (error) {
      showError(error);
    }
  };
  const restartNow = kernel !== null && keepVariables ? () => void restart() : null;
  useCommand(
    restartNow
      ? {
          id: "code.restart",
          title: "Code: forget variables",
          group: "Code",
          keywords: ["kernel", "restart"],
          run: restartNow,
        }
      : null,
  );
  const described = sandbox?.languages.find((each) => each.language === language);
  return (
    <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-3 py-1.5 touch:min-h-14">
      {language === null ? (
        <p className="text-xs text-muted">Not a program: code can read this file beside it.</p>
      ) : (
        <Popover
          label={`About ${languageTitle(language)} here`}
          align="start"
          side="top"
          className="w-72"
          trigger={
            <Button size="sm" variant="ghost" className="-ml-2 font-normal" icon={<Package aria-hidden="true" />}>
              {languageTitle(language)}
            </Button>
          }
        >
          <LanguageFacts title={languageTitle(language)} described={described} />
        </Popover>
      )}
      {kernel === null ? null : (
        <div className="flex items-center gap-1">
          <Switch
            label={<span className="text-xs font-normal text-muted">Keep variables</span>}
            className="!gap-2"
            checked={keepVariables}
            onCheckedChange={(on) => useEditorState.setState({ keepVariables: on })}
          />
          {restartNow ? (
            <IconButton size="sm" label="Forget variables" icon={<RotateCcw />} onClick={restartNow} />
          ) : null}
        </div>
      )}
      <span className="ml-auto" />
      {stop ? (
        <Button size="sm" icon={<Square aria-hidden="true" className="!size-3 fill-current" />} onClick={stop}>
          Stop
        </Button>
      ) : language === null ? null : (
        <Button
          size="sm"
          variant="primary"
          icon={<Play aria-hidden="true" />}
          busy={starting}
          disabled={run === null}
          onClick={() => run?.()}
          data-tooltip="Run the file"
          data-tooltip-keys="mod+enter"
        >
          Run
        </Button>
      )}
    </div>
  );
}

type LanguageFactsProps = { title: string; described: SandboxDescription["languages"][number] | undefined };

function LanguageFacts({ title, described }: LanguageFactsProps) {
  return (
    <div className="flex flex-col gap-2 text-xs">
      {described ? (
        <>
          <p className="font-medium text-ink">
            {title} {described.version}
          </p>
          {described.packages.length > 0 ? (
            <>
              <p className="text-muted">Packages that are there:</p>
              <p className="max-h-40 overflow-y-auto font-mono text-ink">{described.packages.join(", ")}</p>
            </>
          ) : (
            <p className="text-muted">No packages beside its own library.</p>
          )}
        </>
      ) : (
        <p className="text-muted">{title} cannot be run on this server.</p>
      )}
      <p className="border-t border-line pt-2 text-muted">
        Files attached to the conversation are in <code className="font-mono text-ink">/data/files</code>. What code
        writes to <code className="font-mono text-ink">/data/out</code> is kept under Files.
      </p>
    </div>
  );
}
