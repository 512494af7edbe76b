import type { PipelineMatrix, PipelineValue } from "../../../common/schema/pipeline-variables.ts";

/** What one job of a matrix has as variables. */
export type Combination = Readonly<Record<string, string>>;

/** How many jobs a matrix makes; 1 without one. */
export function matrixSize(matrix: PipelineMatrix | undefined): number {
    if (matrix === undefined) {
        return 1;
    }
    const sizes = [matrix]
        .flat()
        .map((axes) => Object.values(axes).reduce((size: number, axis) => size * valuesOf(axis).length, 1));
    return sizes.reduce((sum, size) => sum + size, 0);
}

/** Every combination, the last variable changing fastest; one empty one without a matrix. The caller has checked the size. */
export function combinationsOf(matrix: PipelineMatrix | undefined): readonly Combination[] {
    return matrix === undefined ? [{}] : [matrix].flat().flatMap((axes) => crossing(Object.entries(axes)));
}

function crossing(axes: readonly (readonly [string, PipelineValue | PipelineValue[]])[]): readonly Combination[] {
    return axes.reduce<readonly Combination[]>(
        (made, [name, axis]) =>
            made.flatMap((combination) => valuesOf(axis).map((value) => ({ ...combination, [name]: String(value) }))),
        [{}],
    );
}

/** The name of one job of a matrix: `unit [18, postgres]`. */
export function nameInMatrix(name: string, combination: Combination): string {
    const values = Object.values(combination).map((value) => value.replace(/\p{Cc}+/gu, " ").slice(0, 100));
    return values.length === 0 ? name : `${name} [${values.join(", ")}]`;
}

function valuesOf(axis: PipelineValue | PipelineValue[]): readonly PipelineValue[] {
    return Array.isArray(axis) ? axis : [axis];
}
