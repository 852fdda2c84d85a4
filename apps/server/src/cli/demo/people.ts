/** Colleagues in the demo. They have no password: nobody can sign in as one of them. */
export const colleagues = [
  { key: "maya", name: "Maya Lindqvist", email: "maya@tidewater.example", role: "admin" },
  { key: "tomas", name: "Tomás Ferreira", email: "tomas@tidewater.example", role: "member" },
  { key: "aiko", name: "Aiko Tanaka", email: "aiko@tidewater.example", role: "developer" },
  { key: "samuel", name: "Samuel Okafor", email: "samuel@tidewater.example", role: "analyst" },
] as const;

export const demoWorkspace = {
  /** Fixed, so that a second run finds what the first one made. */
  id: "019ab000-0000-7000-8000-0000000000de",
  name: "Tidewater Coffee (demo)",
};

/** `owner` is one of the colleagues, or `you`. */
export const demoPresets = [
  {
    owner: "you",
    name: "Plain-spoken editor",
    systemPrompt: "You are a plain-spoken editor. Short sentences. No exclamation marks.",
    model: "anthropic/claude-sonnet-4-5",
    shared: false,
  },
  {
    owner: "you",
    name: "Socratic tutor",
    systemPrompt:
      "You are a Socratic tutor. Prefer a question to an answer, but never leave the learner stuck. Check what was " +
      "understood before you go on.",
    model: null,
    shared: true,
  },
  {
    owner: "aiko",
    name: "SQL reviewer",
    systemPrompt:
      "You review SQL for PostgreSQL. Name what is wrong, then what is slow, then what is unclear, and give the " +
      "corrected statement. Ask for the plan before you guess.",
    model: null,
    shared: true,
  },
];
