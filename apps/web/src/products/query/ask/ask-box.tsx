import type { AskBody } from "@mindmesh/contracts/query/ask";
import { Button, SegmentedControl, Textarea } from "@mindmesh/ui";
import ArrowUp from "lucide-react/icons/arrow-up";
import Square from "lucide-react/icons/square";
import { type KeyboardEvent, useState } from "react";
import { ListenedKeys } from "../../../shell/listened-keys.tsx";

const loadKeys = () => import("./ask-keys.ts").then(({ askKeys }) => askKeys);

type AskBoxProps = {
  /** Whether names of the schema may go to a model. */
  allowsModel: boolean;
  isAsking: boolean;
  onAsk: (body: Partial<AskBody> & { question: string }) => Promise<boolean>;
  onCancel: () => void;
};

/** Where a question is written. Enter asks, Shift and Enter begins a line. */
export function AskBox({ allowsModel, isAsking, onAsk, onCancel }: AskBoxProps) {
  const [question, setQuestion] = useState("");
  const [by, setBy] = useState<"auto" | "built-in">("auto");
  const text = question.trim();
  const submit = async () => {
    if (text === "" || isAsking) return;
    if (await onAsk({ question: text, by })) setQuestion("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  };
  return (
    <div className="rounded-lg border border-line-strong bg-raised shadow-raised focus-within:ring-2 focus-within:ring-focus">
      <ListenedKeys load={loadKeys} />
      <Textarea
        bare
        rows={2}
        maxRows={8}
        aria-label="Your question"
        placeholder="How many orders were paid last month, by country?"
        maxLength={4000}
        className="w-full px-4 pt-3 text-base"
        value={question}
        onChange={(event) => setQuestion(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 pb-3">
        <SegmentedControl
          label="Who writes the statement"
          value={by}
          onValueChange={setBy}
          options={[
            { value: "auto", label: allowsModel ? "Model" : "Automatic" },
            { value: "built-in", label: "Rules only" },
          ]}
        />
        <p className="min-w-0 flex-1 text-xs text-faint phone:order-last phone:basis-full">
          {by === "built-in"
            ? "Our own rules, no model: counts, sums, rankings, groups and filters."
            : allowsModel
              ? "A model where one is configured, else our own rules."
              : "Nothing of this connection may go to a model, so our own rules answer."}
        </p>
        {isAsking ? (
          <Button icon={<Square aria-hidden="true" />} onClick={onCancel}>
            Cancel
          </Button>
        ) : (
          <Button
            variant="primary"
            icon={<ArrowUp aria-hidden="true" />}
            disabled={text === ""}
            onClick={() => void submit()}
          >
            Ask
          </Button>
        )}
      </div>
    </div>
  );
}
