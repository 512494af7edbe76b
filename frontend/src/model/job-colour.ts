const colours = [36, 35, 33, 32, 34, 96, 95, 93] as const;

/**
 * Gives the jobs of one log their colours, as classes: a name mostly has the same one in every log, and two names of a
 * log share one only where there are more names than colours.
 */
export function createJobColours(): (name: string) => string {
    const given = new Map<string, number>();

    function choose(name: string): number {
        const wanted = placeOf(name);
        const taken = new Set(given.values());
        const turns = colours.map((_colour, step) => (wanted + step) % colours.length);
        return turns.find((place) => !taken.has(place)) ?? wanted;
    }

    return (name) => {
        const place = given.get(name) ?? choose(name);
        given.set(name, place);
        return `ansi-fg-${colours[place] ?? colours[0]}`;
    };
}

function placeOf(name: string): number {
    return (
        Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % colours.length
    );
}
