import { Button, classNames, Tooltip } from "@mindmesh/ui";
import Wrench from "lucide-react/icons/wrench";

/** Lets the model use tools in this conversation, or not. */
export function ToolsSwitch({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <Tooltip label={on ? "The model may use tools, in your name" : "Let the model use tools"}>
      <Button
        variant="ghost"
        size="sm"
        aria-pressed={on}
        icon={<Wrench aria-hidden="true" />}
        className={classNames("font-normal", on && "!bg-accent-soft !text-accent-ink")}
        onClick={() => onChange(!on)}
      >
        Tools
      </Button>
    </Tooltip>
  );
}
