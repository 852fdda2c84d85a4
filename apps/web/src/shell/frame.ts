import { create } from "zustand";

/** first-paint.js reads the same key, so that the sidebar stands in its place before any script runs. */
const storageKey = "mindmesh.frame";

function readSidebar() {
  try {
    return localStorage.getItem(storageKey) !== "plain";
  } catch {
    return true;
  }
}

type Frame = {
  /** The sidebar of wide screens; remembered on this device. */
  sidebarOpen: boolean;
  /** The same sidebar as a drawer, on phones. */
  drawerOpen: boolean;
  paletteOpen: boolean;
  helpOpen: boolean;
};

export const useFrame = create<Frame>()(() => ({
  sidebarOpen: readSidebar(),
  drawerOpen: false,
  paletteOpen: false,
  helpOpen: false,
}));

const wide = () => window.matchMedia("(width >= 48rem)").matches;

/** Remembers which frame the next load draws first: with a sidebar, or without (sidebar closed, or signed out). */
export function rememberFrame(frame: "sidebar" | "plain") {
  document.documentElement.dataset["frame"] = frame;
  try {
    localStorage.setItem(storageKey, frame);
  } catch {
    // Without storage the next load merely starts with the plain frame.
  }
}

/** Shows or hides the sidebar: in its place on wide screens, as a drawer on phones. */
export function toggleSidebar() {
  if (!wide()) {
    useFrame.setState((frame) => ({ drawerOpen: !frame.drawerOpen }));
    return;
  }
  const sidebarOpen = !useFrame.getState().sidebarOpen;
  useFrame.setState({ sidebarOpen });
  rememberFrame(sidebarOpen ? "sidebar" : "plain");
}

export const closeDrawer = () => useFrame.setState({ drawerOpen: false });
export const openPalette = () => useFrame.setState({ paletteOpen: true });
