/** What a piece of text means; which colour that is, the terminal's edge decides. */
export type Ink = "good" | "bad" | "warn" | "old" | "new" | "faint" | "strong";

export type Paint = (ink: Ink, text: string) => string;

/** Without colour: every text also reads without it. */
export const plainPaint: Paint = (_, text) => text;
