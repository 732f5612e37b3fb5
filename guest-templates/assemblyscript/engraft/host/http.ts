import { Answer, Got } from "../engraft";
import { area, lend, lendBytes, lentSize, room, takeBytes, takeText } from "../memory";
import { refusal } from "./error";

@external("engraft:capability/http@1.0.0", "send-all")
declare function sendAll(requests: usize, count: usize, result: usize): void;

/** How the contract lays out a request, a response and a pair of texts. */
const REQUEST: usize = 52;
const RESPONSE: usize = 24;
const PAIR: usize = 16;

export class Request {
  headers: Array<StaticArray<string>> = [];
  body: Uint8Array | null = null;
  /** 0 leaves it to the call's own deadline. */
  timeoutMs: u32 = 0;

  constructor(public method: string, public url: string) {}

  header(name: string, value: string): Request {
    this.headers.push([name, value]);
    return this;
  }
  text(body: string): Request {
    this.body = Uint8Array.wrap(String.UTF8.encode(body));
    return this;
  }
}

export class Response {
  /** Null where there is a response. */
  why: Answer | null = null;
  status: u16 = 0;
  headers: Array<StaticArray<string>> = [];
  body: Uint8Array = new Uint8Array(0);

  /** The body, taken for UTF-8. */
  text(): string { return String.UTF8.decodeUnsafe(this.body.dataStart, this.body.length); }
}

export class Http {
  /** Sends requests side by side; as many responses, in the order asked. */
  sendAll(requests: Array<Request>): Got<Array<Response>> {
    const list = room(<usize>requests.length * REQUEST + 1);
    for (let i = 0; i < requests.length; i++) put(requests[i], list + <usize>i * REQUEST);
    sendAll(list, requests.length, area);
    const responses: Array<Response> = [];
    if (load<u8>(area)) return Got.refused<Array<Response>>(refusal(area + 4), responses);
    const got = <usize>load<u32>(area + 4), count = load<u32>(area + 8);
    for (let i: u32 = 0; i < count; i++) responses.push(taken(got + i * RESPONSE));
    heap.free(got);
    return Got.value<Array<Response>>(responses);
  }
}

function putText(text: string, at: usize): void {
  store<u32>(at, <u32>lend(text));
  store<u32>(at + 4, <u32>lentSize);
}

function put(request: Request, at: usize): void {
  putText(request.method, at);
  putText(request.url, at + 8);
  const headers = room(<usize>request.headers.length * PAIR + 1);
  for (let i = 0; i < request.headers.length; i++) {
    putText(request.headers[i][0], headers + <usize>i * PAIR);
    putText(request.headers[i][1], headers + <usize>i * PAIR + 8);
  }
  store<u32>(at + 16, <u32>headers);
  store<u32>(at + 20, request.headers.length);
  const body = request.body;
  if (body) {
    store<u8>(at + 24, 1);
    store<u32>(at + 28, <u32>lendBytes(body));
    store<u32>(at + 32, body.length);
  }
  store<u32>(at + 36, 8);
  if (request.timeoutMs) {
    store<u8>(at + 44, 1);
    store<u32>(at + 48, request.timeoutMs);
  }
}

function taken(at: usize): Response {
  const response = new Response();
  if (load<u8>(at)) {
    response.why = refusal(at + 4);
    return response;
  }
  response.status = load<u16>(at + 4);
  const headers = <usize>load<u32>(at + 8), count = load<u32>(at + 12);
  for (let i: u32 = 0; i < count; i++) {
    const pair = headers + i * PAIR;
    response.headers.push([
      takeText(load<u32>(pair), load<u32>(pair + 4)),
      takeText(load<u32>(pair + 8), load<u32>(pair + 12)),
    ]);
  }
  heap.free(headers);
  response.body = takeBytes(load<u32>(at + 16), load<u32>(at + 20));
  return response;
}
