/* CRC-32C (Castagnoli's polynomial 0x1EDC6F41, as in iSCSI and in TFRecord files); zlib has that of Ethernet alone. */
#ifndef NET_LOG_CRC32C_H
#define NET_LOG_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t net_crc32c(const void *bytes, size_t size);

#endif
