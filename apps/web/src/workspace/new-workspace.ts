import { create } from "zustand";

/** Whether the window for a new workspace is open. */
export const useNewWorkspace = create<{ open: boolean }>()(() => ({ open: false }));
export const openNewWorkspace = () => useNewWorkspace.setState({ open: true });
export const closeNewWorkspace = () => useNewWorkspace.setState({ open: false });
