import fc from "fast-check";

export interface PlanShape {
    readonly stage: number;
    readonly needs?: readonly number[] | undefined;
    readonly when: string;
    readonly allowFailure?: boolean | undefined;
    readonly values: number;
}

const shape: fc.Arbitrary<PlanShape> = fc.record({
    stage: fc.nat(2),
    needs: fc.option(fc.array(fc.nat(9), { maxLength: 3 }), { nil: undefined }),
    when: fc.constantFrom("on_success", "on_success", "always", "on_failure", "manual"),
    allowFailure: fc.option(fc.boolean(), { nil: undefined }),
    values: fc.integer({ min: 1, max: 3 }),
});

/** Jobs in any order in the file, which need jobs before them in a hidden order, of no later stage. */
export function textOf(shapes: readonly PlanShape[], parallelism: number): string {
    const jobs = shapes.map(({ stage, needs, when, allowFailure, values }, index) => {
        const possible = needs?.filter((need) => need < index && (shapes[need]?.stage ?? 3) <= stage);
        return [
            `j${index}`,
            {
                stage: ["build", "test", "deploy"][stage],
                script: "x",
                when,
                ...(possible === undefined ? {} : { needs: [...new Set(possible)].map((need) => `j${need}`) }),
                ...(allowFailure === undefined ? {} : { allow_failure: allowFailure }),
                ...(values > 1 ? { matrix: { N: Array.from({ length: values }, (_, n) => n) } } : {}),
            },
        ] as const;
    });
    const mixed = [...jobs].sort(
        ([a], [b]) => ((a.length * 7 + a.charCodeAt(1)) % 5) - ((b.length * 7 + b.charCodeAt(1)) % 5),
    );
    return JSON.stringify({
        stages: ["build", "test", "deploy"],
        image: "x",
        parallelism,
        ...Object.fromEntries(mixed),
    });
}

/** The jobs of a pipeline, and how many of a stage run at once. */
export const plans = fc.tuple(fc.array(shape, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 3 }));
