import type { PipelineMistake } from "../../common/schema/pipeline-mistake.ts";
import { describeMistake } from "../cicd/pipeline/mistake.ts";

/** Lines for a terminal: every mistake, and how many there are. */
export function describeMistakes(path: string, mistakes: readonly PipelineMistake[]): readonly string[] {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    return [...mistakes.map((mistake) => describeMistake(mistake)), `${path} has ${count}.`];
}
