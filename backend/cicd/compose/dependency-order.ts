interface Dependent {
    readonly name: string;
    readonly dependencies: readonly { readonly service: string }[];
}

/**
 * Services so that each comes after those it depends on, otherwise in the given order. A circle (Compose refuses it)
 * is cut at its first member.
 */
export function orderByDependency<T extends Dependent>(services: readonly T[]): readonly T[] {
    const byName = new Map(services.map((service) => [service.name, service]));
    const ordered = new Set<T>();
    const visited = new Set<T>();
    const visit = (service: T): void => {
        if (visited.has(service)) {
            return;
        }
        visited.add(service);
        for (const dependency of service.dependencies) {
            const target = byName.get(dependency.service);
            if (target !== undefined) {
                visit(target);
            }
        }
        ordered.add(service);
    };
    for (const service of services) {
        visit(service);
    }
    return [...ordered];
}
