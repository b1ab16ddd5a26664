#pragma once

// Stands in for ankerl::unordered_dense (a header-only hash table that Debian 12 does not have) with the standard
// containers. Those keep every promise the worker relies on; they are somewhat slower to look up in.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
	template<class Key>
	struct hash : std::hash<Key>
	{
	};

	// std::hash of a number is the number itself. The worker combines such hashes into the hash of an address and port,
	// where that leaves most bits unused, so numbers and pointers are spread over all 64 bits (splitmix64's last step).
	template<class Key>
	  requires std::is_integral_v<Key> || std::is_pointer_v<Key> || std::is_enum_v<Key>
	struct hash<Key>
	{
		size_t operator()(Key key) const noexcept
		{
			uint64_t x = 0;
			if constexpr (std::is_pointer_v<Key>)
			{
				x = reinterpret_cast<uintptr_t>(key);
			}
			else
			{
				x = static_cast<uint64_t>(key);
			}
			x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
			x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
			return static_cast<size_t>(x ^ (x >> 31));
		}
	};

	template<class Key, class Value, class Hash = hash<Key>, class Equal = std::equal_to<Key>>
	using map = std::unordered_map<Key, Value, Hash, Equal>;

	template<class Key, class Hash = hash<Key>, class Equal = std::equal_to<Key>>
	using set = std::unordered_set<Key, Hash, Equal>;
} // namespace ankerl::unordered_dense
