/** The look of a link inside text on the pages without the shell. */
export const textLink = "font-medium text-accent-ink underline-offset-4 hover:underline";
