import Monitor from "lucide-react/icons/monitor";
import Moon from "lucide-react/icons/moon";
import Sun from "lucide-react/icons/sun";
import { SegmentedControl } from "./segmented-control.tsx";
import { useTheme } from "./theme.ts";

const options = [
  { value: "system", label: "System", icon: <Monitor aria-hidden="true" /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden="true" /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden="true" /> },
] as const;

export function ThemeControl({ compact = false, className }: { compact?: boolean; className?: string }) {
  const [choice, setChoice] = useTheme();
  return (
    <SegmentedControl
      label="Theme"
      value={choice}
      onValueChange={setChoice}
      options={options}
      compact={compact}
      {...(className ? { className } : {})}
    />
  );
}
