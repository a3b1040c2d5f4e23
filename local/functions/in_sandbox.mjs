// Runs a function of Node.js in a process of its own: what Lambda's runtime does for it.
//
// in_sandbox.mjs HANDLER NODE_MODULES. Like the managed runtime it brings AWS's SDK, as far as the
// folder NODE_MODULES has it, and loads nothing else from there. Three things are different from
// Lambda: names below `localhost` lead to this machine, security groups are not asked, and what is
// sent by https to the local AWS's host without a port goes to its http: the CDK's custom resources
// answer CloudFormation so, whatever ResponseURL says.
//
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html

import dns from "node:dns";
import { existsSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { createRequire, registerHooks, syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const [, , handlerName, nodeModules] = process.argv;
const environment = process.env;
const RUNTIME = `http://${environment.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const NO_CALLBACKS = "AWS_Lambda_nodejs24.x"; // and whatever comes after it
const LEVELS = { debug: "DEBUG", error: "ERROR", info: "INFO", log: "INFO", trace: "TRACE", warn: "WARN" };

let requestId;

function shareSdk() {
  const ours = createRequire(path.join(nodeModules, "here.js"));
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (missing) {
        if (!/^@(aws-sdk|smithy)\//.test(specifier)) throw missing;
        try {
          return { url: pathToFileURL(ours.resolve(specifier)).href, shortCircuit: true };
        } catch {
          missing.message +=
            `\nLambda brings ${specifier}, the local AWS does not: add it to package.json of this ` +
            "project, or put it into the function's package.";
          throw missing;
        }
      }
    },
  });
}

function leadToThisMachine() {
  const endpoint = new URL(environment.AWS_ENDPOINT_URL);
  const lookup = dns.lookup;
  dns.lookup = (name, ...rest) => lookup(name.endsWith(".localhost") ? "localhost" : name, ...rest);
  const request = https.request;
  https.request = (options, ...rest) =>
    endpoint.protocol === "http:" && options.hostname === endpoint.hostname && !options.port
      ? http.request({ ...options, port: endpoint.port }, ...rest)
      : request(options, ...rest);
  syncBuiltinESMExports();
}

function tellWhoLogs() {
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name] = (...words) => {
      const message = format(...words);
      const timestamp = new Date().toISOString();
      const line =
        environment.AWS_LAMBDA_LOG_FORMAT === "JSON"
          ? JSON.stringify({ timestamp, level, requestId, message })
          : [timestamp, requestId, level, message.replaceAll("\n", "\r")].join("\t");
      process.stdout.write(`${line}\n`);
    };
  }
}

async function load() {
  const folder = path.join(environment.LAMBDA_TASK_ROOT, path.dirname(handlerName));
  const [name, ...rest] = path.basename(handlerName).split(".");
  const file = [".js", ".mjs", ".cjs"].map((end) => path.join(folder, name + end)).find(existsSync);
  if (!file) throw new Named("Runtime.ImportModuleError", `Cannot find module '${name}'`);
  const loaded = await import(pathToFileURL(file).href).catch((error) => {
    const isMissing = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(error.code);
    throw isMissing ? new Named("Runtime.ImportModuleError", error.message) : error;
  });
  const find = (from) => rest.reduce((found, key) => found?.[key], from);
  const handler = find(loaded) ?? find(loaded.default);
  if (typeof handler !== "function") {
    throw new Named("Runtime.HandlerNotFound", `${handlerName} is undefined or not exported`);
  }
  if (handler.length > 2 && environment.AWS_EXECUTION_ENV >= NO_CALLBACKS) {
    throw new Named("Runtime.CallbackHandlerDeprecated", "Node.js 24 has no callback-based handlers");
  }
  return handler;
}

class Named extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, answer) => (error ? reject(error) : resolve(answer));
    const given = { ...context, done, succeed: resolve, fail: reject };
    const answer = handler(event, given, done);
    if (typeof answer?.then === "function") answer.then(resolve, reject);
    else process.once("beforeExit", () => resolve(null)); // it may still call back
  });
}

function contextOf(headers) {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    getRemainingTimeInMillis: () => headers["lambda-runtime-deadline-ms"] - Date.now(),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  };
}

function call(method, place, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${RUNTIME}${place}`, { method }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function asJson(error) {
  const known = error instanceof Error;
  return JSON.stringify({
    errorType: known ? error.name : typeof error,
    errorMessage: known ? error.message : String(error),
    trace: known ? String(error.stack).split("\n") : [],
  });
}

async function failed(error) {
  const place = requestId ? `/invocation/${requestId}/error` : "/init/error";
  await call("POST", place, asJson(error));
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await call("GET", "/invocation/next");
    requestId = headers["lambda-runtime-aws-request-id"];
    try {
      const answer = await run(handler, JSON.parse(body), contextOf(headers));
      await call("POST", `/invocation/${requestId}/response`, JSON.stringify(answer ?? null));
    } catch (error) {
      console.error("Invoke Error", asJson(error));
      await failed(error);
    }
  }
}

process.on("uncaughtException", async (error) => {
  console.error("Uncaught Exception", asJson(error));
  await failed(error);
  process.exit(129);
});
shareSdk();
leadToThisMachine();
tellWhoLogs();
try {
  await serve(await load());
} catch (error) {
  await failed(error);
  process.exit(1);
}
