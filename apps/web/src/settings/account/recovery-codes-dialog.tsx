import { Button, Callout, CopyButton, Dialog } from "@mindmesh/ui";
import Download from "lucide-react/icons/download";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { saveText } from "../parts/save-text.ts";

/** The recovery codes, which the server shows only this once. */
export function RecoveryCodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const text = `${codes.join("\n")}\n`;
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Your recovery codes"
      description="Each lets you in once, in place of a code, when you have lost your phone."
      size="sm"
      footer={
        <Button variant="primary" onClick={onClose}>
          I have kept them
        </Button>
      }
    >
      <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />}>
        They are shown only now. Keep them where you will find them without this device.
      </Callout>
      <ul aria-label="Recovery codes" className="my-4 grid grid-cols-2 gap-x-4 gap-y-1.5 font-mono text-sm text-ink">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={text} label="Copy all" showLabel />
        <Button size="sm" icon={<Download />} onClick={() => saveText("mindmesh-recovery-codes.txt", text)}>
          Download
        </Button>
      </div>
    </Dialog>
  );
}
