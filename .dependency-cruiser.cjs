/** The import rules of docs/architecture.md. Each `only` rule: files of `from` may import nothing but `to`. */
const builtin = ["core"];
const npm = ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown"];

/** Own files of `from` may import only own files matching `to`. */
function own(name, from, to) {
    return {
        name: `${name}: own files`,
        severity: "error",
        from: { path: from },
        to: { path: "^(backend|common|db|frontend|extra|test)/", pathNot: to },
    };
}

/** Files of `from` may use no npm package but those in `allowed` (a regular expression of package names). */
function packages(name, from, allowed) {
    return {
        name: `${name}: packages`,
        severity: "error",
        from: { path: from },
        to: { dependencyTypes: npm, pathNot: allowed ? [`node_modules/(@types/)?(${allowed})(/|$)`] : [] },
    };
}

/** Files of `from` do no I/O: no Node built-in. */
function pure(name, from) {
    return { name: `${name}: no Node I/O`, severity: "error", from: { path: from }, to: { dependencyTypes: builtin } };
}

/** Files of `from` may compute with Node's own modules, but reach nothing outside of the process. */
function noInputOutput(name, from) {
    const modules = "child_process|cluster|dgram|dns|fs|http|http2|https|net|repl|tls|tty|worker_threads";
    return {
        name: `${name}: no input or output`,
        severity: "error",
        from: { path: from },
        to: { dependencyTypes: builtin, path: `^(node:)?(${modules})(/|$)` },
    };
}

/** A package is spoken to in few places only. */
function spokenToIn(library, places) {
    return {
        name: `${library} only in its place`,
        severity: "error",
        from: { path: "^(backend|common|db)/", pathNot: places },
        to: { path: `node_modules/(@types/)?(${library})(/|$)` },
    };
}

module.exports = {
    forbidden: [
        { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
        own("common", "^common/", "^common/"),
        packages("common", "^common/", "zod"),
        pure("common", "^common/"),
        own("host core", "^backend/host/core/", "^(backend/host/core|common)/"),
        own("cicd core", "^backend/cicd/core/", "^(backend/cicd/core|common)/"),
        packages("core", "^backend/(host|cicd)/core/", "zod|picomatch"),
        pure("core", "^backend/(host|cicd)/core/"),
        own("commands", "^backend/cicd/commands/", "^(backend/cicd/(core|commands)|common)/"),
        packages("commands", "^backend/cicd/commands/"),
        pure("commands", "^backend/cicd/commands/"),
        own("compose", "^backend/cicd/compose/", "^(backend/cicd/(core|compose)|common)/"),
        packages("compose", "^backend/cicd/compose/", "yaml|zod|picomatch"),
        own("pipeline", "^backend/cicd/pipeline/", "^(backend/cicd/(core|pipeline)|common)/"),
        packages("pipeline", "^backend/cicd/pipeline/", "yaml|zod|picomatch"),
        own(
            "cicd services",
            "^backend/cicd/services/",
            "^(backend/cicd/(core|commands|compose|pipeline|services)|common)/",
        ),
        own("host services", "^backend/host/services/", "^(backend/host/(core|services)|common)/"),
        noInputOutput("compose, pipeline and services", "^backend/(host|cicd)/(compose|pipeline|services)/"),
        own("platform", "^backend/platform/([^/]+)/", ["^backend/platform/$1/", "^backend/platform/log/", "^common/"]),
        own("cicd adapters", "^backend/cicd/adapters/([^/]+)/", [
            "^backend/cicd/adapters/$1/",
            "^backend/cicd/(core|commands)/",
            "^backend/platform/",
            "^common/",
        ]),
        own("host adapters", "^backend/host/adapters/([^/]+)/", [
            "^backend/host/adapters/$1/",
            "^backend/host/core/",
            "^backend/platform/",
            "^common/",
        ]),
        own("cicd edges", "^backend/cicd/(http|socket)/", "^(backend/cicd/(core|services|http|socket)|common)/"),
        own("host edges", "^backend/host/(http|socket)/", "^(backend/host/(core|services|http|socket)|common)/"),
        own("cicd never knows host", "^backend/cicd/", "^(backend/(cicd|platform)|common)/"),
        own("host never knows cicd", "^backend/host/", "^(backend/(host|platform)|common)/"),
        own("frontend", "^frontend/", "^(frontend|common)/"),
        own("migrations", "^db/", "^db/"),
        packages("migrations", "^db/", "knex"),
        {
            name: "nobody imports extra or test",
            severity: "error",
            from: { path: "^(backend|common|db|frontend)/" },
            to: { path: "^(extra|test)/" },
        },
        spokenToIn("express", "^backend/(host|cicd)/http/"),
        spokenToIn("helmet", "^backend/host/http/"),
        spokenToIn("socket.io", "^backend/host/socket/"),
        spokenToIn("socket.io-client", "^backend/host/adapters/agent/"),
        spokenToIn("knex|redbean-node|better-sqlite3", [
            "^backend/platform/sqlite/",
            "^backend/(host|cicd)/adapters/sqlite/",
            "^db/",
        ]),
        spokenToIn("dockerode", "^backend/platform/docker/"),
        spokenToIn("execa", "^backend/platform/process/"),
        spokenToIn("pino", "^backend/platform/log/"),
        spokenToIn("bcrypt|jsonwebtoken", "^backend/host/adapters/password/"),
        spokenToIn("composerize", "^backend/host/adapters/composerize/"),
        spokenToIn("otpauth", "^backend/host/adapters/two-factor/"),
        spokenToIn("rate-limiter-flexible", ["^backend/host/adapters/rate-limit/", "^backend/cicd/http/"]),
        spokenToIn("ssh2", "^backend/cicd/adapters/ssh/"),
        spokenToIn("diff", "^backend/cicd/adapters/diff/"),
        spokenToIn("prom-client", "^backend/cicd/adapters/metrics/"),
        spokenToIn("croner", "^backend/cicd/adapters/schedule/"),
        spokenToIn("@asteasolutions/zod-to-openapi", "^backend/cicd/http/"),
        spokenToIn("@lydell/node-pty", "^backend/host/adapters/terminal/"),
        spokenToIn("tar", ["^backend/cicd/adapters/(archive|executor)/"]),
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        exclude: { path: ["^frontend-dist", "^dist"] },
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
        enhancedResolveOptions: {
            exportsFields: ["exports"],
            conditionNames: ["import", "require", "node", "default", "types"],
        },
    },
};
