import Check from "lucide-react/icons/check";
import Copy from "lucide-react/icons/copy";
import { useEffect, useState, type ComponentProps } from "react";
import { Button } from "./button.tsx";
import { IconButton } from "./icon-button.tsx";
import { toast } from "./toast-list.ts";

type CopyButtonProps = {
  /** What is copied; a function is asked only when pressed. */
  text: string | (() => string);
  label?: string;
  /** Draws the label beside the icon. */
  showLabel?: boolean;
  size?: ComponentProps<typeof Button>["size"];
  className?: string;
};

const confirmationMilliseconds = 1600;

export function CopyButton({ text, label = "Copy", showLabel = false, size = "sm", className }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), confirmationMilliseconds);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied(true);
    } catch {
      // Denied, or the page is not served over HTTPS.
      toast("The browser did not allow copying. Select the text and copy it by hand.", { tone: "danger" });
    }
  };

  const icon = copied ? <Check className="text-success-ink" /> : <Copy />;
  const name = copied ? "Copied" : label;
  return (
    <>
      {showLabel ? (
        <Button size={size} icon={icon} onClick={() => void copy()} className={className}>
          {name}
        </Button>
      ) : (
        <IconButton size={size} label={name} icon={icon} onClick={() => void copy()} className={className} />
      )}
      <output className="sr-only">{copied ? "Copied" : ""}</output>
    </>
  );
}
