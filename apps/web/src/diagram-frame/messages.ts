/** What the page asks of the frame that draws diagrams. */
export interface DiagramRequest {
  id: number;
  /** Mermaid source, written by a person or a model: not trusted. */
  source: string;
  dark: boolean;
}

/** What the frame answers; `ready` comes once, when it can be asked. */
export type DiagramAnswer = { ready: true } | { id: number; svg: string } | { id: number; problem: string };
