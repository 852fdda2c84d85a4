import { setThemeChoice, useTheme, type ThemeChoice } from "@mindmesh/ui";
import Keyboard from "lucide-react/icons/keyboard";
import Monitor from "lucide-react/icons/monitor";
import Moon from "lucide-react/icons/moon";
import PanelLeft from "lucide-react/icons/panel-left";
import Sun from "lucide-react/icons/sun";
import { useCommand } from "./commands.ts";
import { toggleSidebar, useFrame } from "./frame.ts";
import { useShortcutKeys } from "./shortcuts.ts";

const themeIcons = { system: <Monitor />, light: <Sun />, dark: <Moon /> };

const themes = [
  { choice: "system", title: "Theme: as the system" },
  { choice: "light", title: "Theme: light" },
  { choice: "dark", title: "Theme: dark" },
] as const;

/** The commands that every page has. Draws nothing. */
export function ShellCommands() {
  useShortcutKeys();
  return (
    <>
      <GeneralCommands />
      {themes.map((theme) => (
        <ThemeCommand key={theme.choice} {...theme} />
      ))}
    </>
  );
}

function GeneralCommands() {
  useCommand({
    id: "shell.palette",
    title: "Search and commands",
    group: "General",
    shortcut: "mod+k",
    hidden: true,
    always: true,
    run: () => useFrame.setState((frame) => ({ paletteOpen: !frame.paletteOpen })),
  });
  useCommand({
    id: "shell.sidebar",
    title: "Show or hide the sidebar",
    group: "General",
    icon: <PanelLeft />,
    shortcut: "mod+b",
    run: toggleSidebar,
  });
  useCommand({
    id: "shell.help",
    title: "Keyboard shortcuts",
    group: "General",
    icon: <Keyboard />,
    shortcut: "?",
    run: () => useFrame.setState({ helpOpen: true }),
  });
  return null;
}

function ThemeCommand({ choice, title }: { choice: ThemeChoice; title: string }) {
  const [current] = useTheme();
  useCommand(
    current === choice
      ? null
      : {
          id: `shell.theme.${choice}`,
          title,
          group: "General",
          icon: themeIcons[choice],
          keywords: ["appearance", "mode", "colour", "color"],
          run: () => setThemeChoice(choice),
        },
  );
  return null;
}
