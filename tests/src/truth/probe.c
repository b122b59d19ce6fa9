/*
 * Loaded into named (LD_PRELOAD): writes down every fetch that it starts or joins, and for whom.
 *
 * named's own log names fetches ("fetch: name/type") but not the clients that they are for, so it cannot say who waits
 * for what. These are the calls behind that line: nothing is changed, only written down. The C prototypes are those of
 * dns/resolver.h and dns/adb.h of BIND 9.18 and, with -DBIND_9_20, 9.20.
 *
 * A line: letter, CLOCK_REALTIME in ns, and
 *   F fctx resolver qc new-qc up options slot id client type name
 *   D fctx
 *   S up
 *   A up name
 * F is a fetch, D its end, S an answer to a client. fctx is what asks the servers: several fetches may share one. qc is a counter that a fetch
 * hands to those it needs itself; up is the fctx or client that needs it, or something else. slot is 0 unless the fetch is for a
 * client; then it says which of the client's: each has one for what it waits for, others for what is renewed behind its
 * back. A is an fctx (up) that wants the address of a name server. "(nil)" and "-" are nothing. A name is lower-case, with its last dot.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Sparse: only what is written is used. */
#define ROOM ((size_t)2 << 30)

struct name {
	unsigned int magic;
#ifdef BIND_9_20
	uint8_t length, labels;
	uint16_t attributes;
	unsigned char *ndata;
#else
	unsigned char *ndata;
	unsigned int length, labels;
#endif
};

/* The head of dns_fetch_t. */
struct fetch {
	unsigned int magic;
	void *mctx, *resolver, *fctx;
};

static char *room;
static atomic_size_t used;
static uintptr_t libns_from, libns_to;
/* What isc_counter_create made during the call of dns_resolver_createfetch at hand. */
static __thread void *counter;
/* The fctx that the address database looks up an address for. */
static __thread void *finder;

static int
find_libns(struct dl_phdr_info *info, size_t size, void *arg) {
	(void)size, (void)arg;
	if (strstr(info->dlpi_name, "/libns-") == NULL) {
		return 0;
	}
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
			libns_from = info->dlpi_addr + part->p_vaddr;
			libns_to = libns_from + part->p_memsz;
		}
	}
	return 1;
}

__attribute__((constructor)) static void
begin(void) {
	const char *path = getenv("DNS_MONITOR_PROBE");
	if (path == NULL) {
		return;
	}
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file < 0 || ftruncate(file, ROOM) != 0) {
		perror(path);
		_exit(1);
	}
	room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (room == MAP_FAILED) {
		perror(path);
		_exit(1);
	}
	close(file);
	dl_iterate_phdr(find_libns, NULL);
}

static unsigned long long
now(void) {
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (unsigned long long)t.tv_sec * 1000000000ULL + (unsigned long long)t.tv_nsec;
}

static void
say(const char *line, int length) {
	if (room == NULL || length <= 0) {
		return;
	}
	size_t at = atomic_fetch_add(&used, (size_t)length);
	if (at + (size_t)length < ROOM) {
		memcpy(room + at, line, (size_t)length);
	}
}

/* Presentation form of a name in wire format; a name is 255 octets at most. */
static const char *
text(const struct name *name, char out[1100]) {
	char *to = out;
	if (name == NULL || name->ndata == NULL) {
		return "-";
	}
	for (unsigned int at = 0; at < name->length && name->ndata[at] != 0;) {
		unsigned int label = name->ndata[at++];
		for (; label > 0 && at < name->length; label--, at++) {
			unsigned char c = name->ndata[at];
			if (c >= 'A' && c <= 'Z') {
				c += 'a' - 'A';
			}
			if (c == '.' || c == '\\') {
				*to++ = '\\', *to++ = (char)c;
			} else if (c <= ' ' || c > '~') {
				to += sprintf(to, "\\%03u", c);
			} else {
				*to++ = (char)c;
			}
		}
		*to++ = '.';
	}
	if (to == out) {
		*to++ = '.';
	}
	*to = 0;
	return out;
}

static const char *
address(const struct sockaddr *client, char out[80]) {
	char ip[INET6_ADDRSTRLEN];
	if (client != NULL && client->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const void *)client;
		inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof(ip));
		sprintf(out, "%s#%u", ip, ntohs(v4->sin_port));
		return out;
	}
	if (client != NULL && client->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const void *)client;
		inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof(ip));
		sprintf(out, "%s#%u", ip, ntohs(v6->sin6_port));
		return out;
	}
	return "-";
}

static void *
next(void **known, const char *symbol) {
	if (*known == NULL) {
		*known = dlsym(RTLD_NEXT, symbol);
	}
	return *known;
}

/* Whose query it is: a fetch is told so over UDP alone. */
static const struct sockaddr *
peer(void *client) {
	static void *known;
	const struct sockaddr *(*real)(void *) = next(&known, "ns_client_getsockaddr");
	return real != NULL ? real(client) : NULL;
}

unsigned int
isc_counter_create(void *mctx, int limit, void **counterp) {
	static void *known;
	unsigned int (*real)(void *, int, void **) = next(&known, "isc_counter_create");
	unsigned int result = real(mctx, limit, counterp);
	counter = *counterp;
	return result;
}

/* What differs between the versions stands between the counters and the results, and is handed on as it is. */
#ifdef BIND_9_20
#define HOW void *up, void *loop, void *cb, void *arg, void *edectx
#define HOW_ARGS up, loop, cb, arg, edectx
#define HOW_TYPES void *, void *, void *, void *, void *
#define UP_OR(arg) (up != NULL ? up : (arg))
#else
#define HOW void *task, void *action, void *arg
#define HOW_ARGS task, action, arg
#define HOW_TYPES void *, void *, void *
#define UP_OR(arg) (arg)
#endif

unsigned int
dns_resolver_createfetch(void *resolver, const struct name *name, uint16_t type, const void *domain, void *nameservers,
			 void *forwarders, const struct sockaddr *client, uint16_t id, unsigned int options,
			 unsigned int depth, void *qc, void *gqc, HOW, void *rdataset, void *sigrdataset,
			 struct fetch **fetchp) {
	static void *known;
	unsigned int (*real)(void *, const struct name *, uint16_t, const void *, void *, void *,
			     const struct sockaddr *, uint16_t, unsigned int, unsigned int, void *, void *, HOW_TYPES,
			     void *, void *, struct fetch **) = next(&known, "dns_resolver_createfetch");
	char line[1400], name_text[1100], client_text[80];
	uintptr_t caller = (uintptr_t)__builtin_return_address(0);
	int of_client = caller >= libns_from && caller < libns_to;
	unsigned long long at = now();
	const struct sockaddr *asker = of_client && client == NULL ? peer(arg) : client;
	text(name, name_text);
	counter = NULL;
	unsigned int result = real(resolver, name, type, domain, nameservers, forwarders, client, id, options, depth,
				   qc, gqc, HOW_ARGS, rdataset, sigrdataset, fetchp);
	if (result == 0 && *fetchp != NULL) {
		say(line, snprintf(line, sizeof(line), "F %llu %p %p %p %p %p %x %lx %u %s %u %s\n", at,
				   (*fetchp)->fctx, resolver, qc, counter, finder != NULL ? finder : UP_OR(arg),
				   options, of_client ? (unsigned long)((char *)fetchp - (char *)arg) : 0, id,
				   address(asker, client_text), type, name_text));
	}
	return result;
}

void
dns_resolver_destroyfetch(struct fetch **fetchp) {
	static void *known;
	void (*real)(struct fetch **) = next(&known, "dns_resolver_destroyfetch");
	char line[80];
	if (fetchp != NULL && *fetchp != NULL) {
		say(line, snprintf(line, sizeof(line), "D %llu %p\n", now(), (*fetchp)->fctx));
	}
	real(fetchp);
}

void
ns_client_send(void *client) {
	static void *known;
	void (*real)(void *) = next(&known, "ns_client_send");
	char line[80];
	say(line, snprintf(line, sizeof(line), "S %llu %p\n", now(), client));
	real(client);
}

#ifdef BIND_9_20
#define WHO void *loop, void *cb, void *arg
#define WHO_ARGS loop, cb, arg
#define UP , void *up
#define UP_ARG , up
#define UP_TYPE , void *
#else
#define WHO void *task, void *action, void *arg
#define WHO_ARGS task, action, arg
#define UP
#define UP_ARG
#define UP_TYPE
#endif

unsigned int
dns_adb_createfind(void *adb, WHO, const struct name *name, const struct name *qname, uint16_t qtype,
		   unsigned int options, uint32_t time_now, void *target, uint16_t port, unsigned int depth, void *qc,
		   void *gqc UP, void **find) {
	static void *known;
	unsigned int (*real)(void *, void *, void *, void *, const struct name *, const struct name *, uint16_t,
			     unsigned int, uint32_t, void *, uint16_t, unsigned int, void *, void *UP_TYPE,
			     void **) = next(&known, "dns_adb_createfind");
	char line[1200], name_text[1100];
	say(line, snprintf(line, sizeof(line), "A %llu %p %s\n", now(), arg, text(name, name_text)));
	finder = arg;
	unsigned int result = real(adb, WHO_ARGS, name, qname, qtype, options, time_now, target, port, depth, qc,
				   gqc UP_ARG, find);
	finder = NULL;
	return result;
}
